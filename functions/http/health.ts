import { createEndpoint } from './endpoint.ts';
import { respond } from './response.ts';

/** `GET /health`: the API itself runs. It calls no other service, so that a fault elsewhere restarts no API process. */
export const handler = createEndpoint(async () => respond(200, { state: 'UP' }), { open: true });
