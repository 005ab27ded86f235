import fc from 'fast-check';

// One counterexample shows that a fault is noticed. Shrinking it takes longer than Stryker waits.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
