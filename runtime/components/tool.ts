/**
 * The tool process: `node … dist/component-tool.cjs [--best-effort]` with the component as descriptor 4. jco's bindgen is
 * loaded with this file, and so before the fork; the process reads nothing else, and lives for one component.
 */
import { loadNative } from '../../native/load.ts';
import { packInContainer } from './tool-container.ts';
import { runTool } from './tool-process.ts';

void runTool(loadNative(), packInContainer);
