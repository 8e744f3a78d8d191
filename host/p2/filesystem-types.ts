/** wasi:filesystem/types */
import type { FilesystemTypes } from './abi.generated.ts';
import type { Context } from './context.ts';
import { contentFunctions } from './filesystem-content.ts';
import { directoryFunctions } from './filesystem-directory.ts';
import { errorCodeFunctions } from './filesystem-error-code.ts';
import { metadataFunctions } from './filesystem-metadata.ts';
import { openFunctions } from './filesystem-open.ts';
import { streamFunctions } from './filesystem-streams.ts';
import { treeFunctions } from './filesystem-tree.ts';

export function filesystemTypes(context: Context): FilesystemTypes {
  return {
    ...contentFunctions(context),
    ...directoryFunctions(context),
    ...errorCodeFunctions(context),
    ...metadataFunctions(context),
    ...openFunctions(context),
    ...streamFunctions(context),
    ...treeFunctions(context),
    '[resource-drop]descriptor': (representation) => context.resources.drop(representation),
  };
}
