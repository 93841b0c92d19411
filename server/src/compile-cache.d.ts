/**
 * Of everything that is loaded from now on: where the installation keeps it, if that belongs to this user, else in the data folder. The
 * server creates that for its owner alone, so that a first start uses a temporary one. `elsewhere` is where a command keeps it: V8 takes no
 * compiled code of a process that had other flags.
 */
export declare function keepCompiledCode(elsewhere?: string): void

/** A process that is killed writes nothing at its end. */
export declare function writeCompiledCode(): Promise<void>

/** Of everything that is loaded from now on, for first starts. What was there is removed: it can be of an earlier version. */
export declare function keepCompiledCodeOfInstallation(): Promise<void>
