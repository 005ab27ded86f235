import { answer } from '../common/envelope.ts';
import { createEndpoint } from './endpoint.ts';

/** `GET /health`: the API itself runs. It asks nobody else, so that a fault elsewhere takes no API process down. */
export const handler = createEndpoint(async () => answer(200, { state: 'UP' }));
