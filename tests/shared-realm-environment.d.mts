/** What its test uses of the environment; Jest needs no types. */
export default class SharedRealmEnvironment {
  constructor(config: { readonly projectConfig: { readonly fakeTimers: object } });
  teardown(): Promise<void>;
}
