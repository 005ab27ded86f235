// What becomes of an order beside its saga, on a whole stack. The parts share one stack, in this order: the last one kills.
import './customer-action.part.test.ts';
import './refunds.part.test.ts';
import './webhooks.part.test.ts';
