import { MODULES } from '../actors/registry.ts';
import { serveSensor } from './serve-sensor.ts';

// The entry of the worker thread.
serveSensor(MODULES);
