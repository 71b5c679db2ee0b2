/** A plugin of typedoc's for what this repository writes in its own way. */

import { Converter, ReflectionKind } from "typedoc";

/** @param {import("typedoc").Application} app */
export function load({ converter }) {
  // `{ stride }: Conv2dOptions` has no name: it is called options everywhere else.
  converter.on(Converter.EVENT_CREATE_PARAMETER, (_context, parameter) => {
    if (parameter.name === "__namedParameters") parameter.name = "options";
  });
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    // The only module is the package, and not the file that it begins with.
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) module.name = project.name;
    // What says "Internal:" is no part of the reference.
    for (const reflection of Object.values(project.reflections)) {
      if (reflection.comment?.summary[0]?.text.startsWith("Internal:")) project.removeReflection(reflection);
    }
  });
}
