export type { Fault } from './fault.js';
export { fileFaults } from './files.js';
export { otherFaults } from './others.js';
export { portFaults } from './ports.js';
export { settingFaults } from './settings.js';
