/** AWS: a sequence of so many numbers passes and one more does not. */
export const LONGEST_SEQUENCE = 873_782;
