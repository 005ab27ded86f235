/** The program of the container: the embedded stack, and the ports through which Docker reaches it. */
import { publishPort } from './publish-port.mjs';

const { HTTP_PORT = '3000', AWS_ENDPOINT_PORT = '4566' } = process.env;
const published = [HTTP_PORT, AWS_ENDPOINT_PORT].map((port) => publishPort(Number(port)));
await import('../start.mjs');
// The stack has ended; an open port would keep this process.
for (const { close } of published) {
  close();
}
