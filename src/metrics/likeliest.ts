/** likeliest: the class with the largest score. */

/** Its number; of equal scores, that of the first. (A loop: engines do not take as many arguments as there may be classes.) */
export function likeliest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let label = 1; label < scores.length; label++) if (scores[label] > scores[best]) best = label;
  return best;
}
