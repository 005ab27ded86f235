import {
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  load,
  mapTag,
  mergeTag,
  seqTag,
  strTag,
} from 'js-yaml';

/** Every tag of CloudFormation (`!GetAtt`, `!If`) gives the value it stands before. */
const CLOUDFORMATION_TAGS = [
  defineScalarTag('!', { ...strTag, implicit: false, matchByTagPrefix: true }),
  defineSequenceTag('!', { ...seqTag, matchByTagPrefix: true }),
  defineMappingTag('!', { ...mapTag, matchByTagPrefix: true }),
];
const SCHEMA = CORE_SCHEMA.withTags(mergeTag, ...CLOUDFORMATION_TAGS);

/**
 * The content of a YAML text, with merge keys (`<<`) resolved. The caller says of which type it is; nothing checks that.
 *
 * @throws {Error} the text is not YAML
 */
export function parseYaml<Content>(text: string): Content {
  return load(text, { schema: SCHEMA }) as Content;
}
