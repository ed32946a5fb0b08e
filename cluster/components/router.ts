import { microservice } from './microservice.js';

/** Router service of a PD split in parts. */
export const router = microservice('router', 'Router service', ['tidb', 'pd']);
