// The face of billing, for the command line.
export { setPrice } from './prices.ts'
export { listInstallationPrices } from './rows/prices.ts'
