// The whole API by its address alone, then what becomes of an order beside its saga. The parts share one stack, in this order:
// the first two need a stack without orders, the last one kills processes.
import './api/hostile-http.part.test.ts';
import './api/readme.part.test.ts';
import './end-to-end/end-to-end.part.test.ts';
import './api/load-smoke.part.test.ts';
import './orders/customer-action.part.test.ts';
import './orders/refunds.part.test.ts';
import './orders/webhooks.part.test.ts';
