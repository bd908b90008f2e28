/* A form copies the file that is chosen; another may be chosen before that is done. */

/** Does `work` with one file after the other. */
export class Turns {
    #work;
    #inHand = null;
    #last = null;

    constructor(work) {
        this.#work = work;
    }

    /** A promise while something is in hand, else null. */
    get busy() {
        return this.#last;
    }

    /** Resolves when this file's turn is over: true if no other waits. */
    async take(file) {
        if (file === this.#inHand) return false; // some browsers tell of one choice twice
        this.#inHand = file;
        const mine = Promise.resolve(this.#last).then(() => this.#work(file));
        this.#last = mine;
        await mine;
        if (this.#last !== mine) return false;
        this.#last = this.#inHand = null;
        return true;
    }
}
