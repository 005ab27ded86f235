import { useEffect, useState } from 'preact/hooks';

/** Properties of a dial. */
export interface DialProperties {
  readonly label: string;
  /** What it belongs to, for those who do not see where it is. */
  readonly of: string;
  readonly value: number;
  readonly most: number;
  readonly step: number;
  readonly shown: (value: number) => string;
  /** Called once the person has let go; resolves with whether it was done. */
  readonly onTurn: (value: number) => Promise<boolean>;
}

/** A number between zero and a most, turned with the mouse or the arrow keys. */
export function Dial({ label, of, value, most, step, shown, onTurn }: DialProperties) {
  // What the person is turning it to, until the stack says the same.
  const [turning, setTurning] = useState<number>();
  const current = turning ?? value;
  useEffect(() => setTurning(undefined), [value]);
  const finish = async (wanted: number): Promise<void> => {
    setTurning(wanted);
    if (!(await onTurn(wanted)) || wanted === value) {
      setTurning(undefined);
    }
  };
  return (
    <label class={current > 0 ? 'dial turned' : 'dial'}>
      <span>{label}</span>
      <output>{shown(current)}</output>
      <input
        type="range"
        min={0}
        max={most}
        step={step}
        value={current}
        aria-label={`${of}: ${label}`}
        aria-valuetext={shown(current)}
        onInput={(event) => setTurning(event.currentTarget.valueAsNumber)}
        onChange={(event) => void finish(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
