import { useEffect, useRef, useState } from 'preact/hooks';
import { askedFor, signIn } from './api/credentials.ts';

/** Asks for an API key or a token when the API wants one. */
export function SignIn() {
  const asked = askedFor.value;
  return asked === undefined ? null : <SignInDialog isRefused={asked === 'refused'} />;
}

function SignInDialog({ isRefused }: { readonly isRefused: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [entered, setEntered] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="decision" aria-labelledby="sign-in-title" onCancel={(event) => event.preventDefault()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn(entered);
        }}
      >
        <h2 id="sign-in-title">Sign in</h2>
        <p class="consequence">
          This API asks who you are. What you enter stays in this tab and is gone when you close it.
        </p>
        <label class="field">
          <span>API key or token</span>
          <input
            type="password"
            required
            autocomplete="off"
            spellcheck={false}
            value={entered}
            onInput={(event) => setEntered(event.currentTarget.value)}
          />
          <small>An operator’s key sees all orders: npm run api-key -- create NAME --role operator</small>
        </label>
        {isRefused && (
          <p class="failure-note" role="alert">
            The API did not accept that key or token.
          </p>
        )}
        <div class="buttons">
          <button type="submit" class="main">
            Sign in
          </button>
        </div>
      </form>
    </dialog>
  );
}
