// What `serverless package` makes of the service. Packaging takes seconds of CPU, so the parts share the stack of a default
// deployment.
import './cloudformation-template.part.test.ts';
import './deployment-choices.part.test.ts';
import './alarms.part.test.ts';
import './network.part.test.ts';
import './older-stack.part.test.ts';
import './state-machine-roles.part.test.ts';
