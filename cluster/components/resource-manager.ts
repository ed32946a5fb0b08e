import { microservice } from './microservice.js';

/** Resource manager of a PD split in parts. */
export const resourceManager = microservice('resource-manager', 'Resource manager', ['tidb', 'pd']);
