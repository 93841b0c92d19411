// The face of secrets.
export { type Secrets, readSecrets } from './read-secrets.ts'
