// The face of authoring: what other rooms use of it.
export { writeComparison } from './write-comparison.ts'
