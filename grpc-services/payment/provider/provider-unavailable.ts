import { Unavailable } from '../../common/service-error.ts';

/** Thrown when the provider gave no answer: it is down, or the answer got lost after the fact. */
export class ProviderUnavailable extends Unavailable {
  constructor(cause?: unknown) {
    super(
      {
        reason: 'PROVIDER_UNAVAILABLE',
        message: 'The payment provider gave no answer; it may or may not have done what it was asked. Try again.',
      },
      cause,
    );
  }
}
