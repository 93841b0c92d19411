/** An empty setting counts as none. */
export declare function dataFolder(setting: string | undefined): string
