import { microservice } from './microservice.js';

/** Scheduling service of a PD split in parts. */
export const scheduling = microservice('scheduling', 'Scheduling service', ['pd']);
