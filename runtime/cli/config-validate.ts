/**
 * Checks a config against the schema, by ajv. The bundle has what ajv compiles at build time in place of this file
 * (runtime/bundle.mjs): loading ajv and compiling would take 20 ms of every start with --config.
 */
import { Ajv, type ErrorObject } from 'ajv';
import { configSchema } from '../config-schema.ts';

/** None: it is valid. */
export function schemaErrors(config: unknown): readonly ErrorObject[] {
  const validate = new Ajv({ allowUnionTypes: true }).compile(configSchema());
  return validate(config) ? [] : (validate.errors ?? []);
}
