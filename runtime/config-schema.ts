/** The JSON schema of `--config`, made from the option table; the build publishes it as config.schema.json. */
import { optionKeys, optionOf } from './options.ts';
import type { AnyOption, JsonSchema } from './options-types.ts';

export function configSchema(): JsonSchema {
  const properties: Record<string, JsonSchema> = {
    $schema: { type: 'string' },
    file: { type: 'string', minLength: 1, description: "The module's file, or - for stdin." },
    args: { type: 'array', items: { type: 'string' }, description: 'Arguments of the guest, after its name.' },
    plan: { type: 'object', description: 'Written by --print-plan for its reader; made anew from the other keys.' },
  };
  for (const key of optionKeys) {
    const option = optionOf(key);
    if (option.inConfig) properties[option.name] = schemaOf(option);
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'wasmctr run --config',
    type: 'object',
    properties,
    additionalProperties: false,
  };
}

function schemaOf(option: AnyOption): JsonSchema {
  const description = option.detail === null ? `${option.help}.` : `${option.help}. ${option.detail}`;
  if (option.kind === 'scalar') return { description, default: option.defaultText ?? option.default, ...option.schema };
  const array: JsonSchema = { type: 'array', items: option.schema };
  if (option.name !== 'env') return { description, ...array };
  // Variables are also taken as an object: null passes on the caller's value.
  const object: JsonSchema = { type: 'object', additionalProperties: { type: ['string', 'null'] } };
  return { description, anyOf: [array, object] };
}
