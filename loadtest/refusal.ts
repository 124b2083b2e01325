/** Why there is no run, in words for the person who asked for it; the command prints them and nothing else. */
export class Refusal extends Error {
  /** 2: the command line is wrong; 1: anything else. */
  readonly exitStatus: 1 | 2;

  constructor(message: string, exitStatus: 1 | 2 = 1) {
    super(message);
    this.exitStatus = exitStatus;
  }
}
