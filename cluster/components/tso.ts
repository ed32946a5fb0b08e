import { microservice } from './microservice.js';

/** TSO service of a PD split in parts. */
export const tso = microservice('tso', 'TSO service', ['tidb', 'pd', 'tikv', 'tiflash', 'ticdc']);
