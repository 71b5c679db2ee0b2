/** A plugin of typedoc's for what this repository writes in its own way. */

import { Converter } from "typedoc";

/** @param {import("typedoc").Application} app */
export function load({ converter }) {
  // `{ stride }: Conv2dOptions` has no name: it is called options everywhere else.
  converter.on(Converter.EVENT_CREATE_PARAMETER, (_context, parameter) => {
    if (parameter.name === "__namedParameters") parameter.name = "options";
  });
  // What says "Internal:" is no part of the reference.
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const reflection of Object.values(project.reflections)) {
      if (reflection.comment?.summary[0]?.text.startsWith("Internal:")) project.removeReflection(reflection);
    }
  });
}
