import { readFileSync } from 'node:fs';

// Imported first by each process and thread of a stack (NODE_OPTIONS): sets its clock by as many milliseconds as the file that
// CLOCK_OFFSET_FILE names says, from when it says so.

const file = process.env.CLOCK_OFFSET_FILE ?? '';
const MachineDate = Date;
let offsetMs = read();

setInterval(() => {
  offsetMs = read();
}, 100).unref();

function read() {
  return Number(readFileSync(file, 'utf8'));
}

globalThis.Date = class extends MachineDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [MachineDate.now() + offsetMs] : parts));
  }

  static now() {
    return MachineDate.now() + offsetMs;
  }
};
