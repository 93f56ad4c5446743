import { serveSensor } from '../../src/workers/serve-sensor.ts';
import { createToyModule } from './kit.ts';

// The worker of the sensor tests.
serveSensor([createToyModule('toy'), createToyModule('every', ['*'])]);
