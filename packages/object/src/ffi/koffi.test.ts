import { driverConformance } from '../../test/driver-conformance.js';
import { koffiDriver } from './koffi.js';

driverConformance('koffi', koffiDriver);
