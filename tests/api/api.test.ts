// The whole API by its address alone. The parts share one stack, in this order: the first two need a stack
// without orders.
import './hostile-http.part.test.ts';
import './readme.part.test.ts';
import '../end-to-end/end-to-end.part.test.ts';
import './load-smoke.part.test.ts';
