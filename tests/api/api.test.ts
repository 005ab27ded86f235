// The whole API by its address alone. The parts share one stack, in this order: after the first one no order may be there.
import './hostile-http.part.test.ts';
import '../end-to-end/end-to-end.part.test.ts';
import './load-smoke.part.test.ts';
