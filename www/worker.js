// The compute worker: loads the module, whose start function takes over from here.
import init from './nora_web_worker.js';

await init();
