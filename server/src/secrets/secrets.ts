// Secrets as other rooms see them.
export { type Secrets, readSecrets } from './read-secrets.ts'
