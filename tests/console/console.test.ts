// The orders' console and the documentation of the API, in a real browser on a whole stack. The parts share it, in this order:
// the last one breaks it.
import './at-work.part.test.ts';
import './sign-in.part.test.ts';
import './api-page.part.test.ts';
import './looks.part.test.ts';
import './laboratory.part.test.ts';
