/** The same as streams.test.ts, by components of WASI 0.2: modules behind the adapter. */
import { beforeAll } from 'vitest';
import { build } from '../helpers/guests.ts';
import { wasi2 } from '../helpers/wasi.ts';
import { streamSuite } from '../suites/streams.suite.ts';

beforeAll(() => build('c-p2', 'as-p2'), 300_000);
streamSuite(wasi2);
