/** The states language's expressions, one file each; this is what the interpreter calls. */
export { type ChoiceOutcome, evaluateChoice } from './choice.ts';
export { evaluateJsonata, evaluateJsonataTemplate } from './jsonata.ts';
export { type ExpectedType, evaluateJsonataAs } from './jsonata-type.ts';
export { applyItemsPath, applyPath } from './path-field.ts';
export { evaluatePayloadTemplate } from './payload-template.ts';
export { applyResultPath } from './result-path.ts';
