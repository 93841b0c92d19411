// The face of billing, for the command line.
export { checkPrices, setPrice } from './prices.ts'
export { listInstallationPrices } from './rows/prices.ts'
