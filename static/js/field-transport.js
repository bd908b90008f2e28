/* How a film travels from the phone to London: one promise a film. Pages know nothing of the way, so
   that a way that resumes after a broken network can take this one's place. */

/** London has the film in its hands and will not take it; `errors` is field → list of words. */
export class Refused extends Error {
    constructor(errors) {
        super("refused");
        this.errors = errors;
    }
}

/** The film did not arrive whole. It is still on this phone, and may be sent again. */
export class Interrupted extends Error {}

/** Nobody is signed in any more. */
export class SignedOut extends Error {}

function answered(request) {
    if (request.status === 201) return JSON.parse(request.responseText);
    if (request.status === 422 || request.status === 413) {
        let errors;
        try {
            errors = JSON.parse(request.responseText).errors;
        } catch {
            errors = { film: ["The film is larger than 512 MB."] };
        }
        throw new Refused(errors);
    }
    if (request.status === 403 || request.responseURL.includes("/sign-in/")) throw new SignedOut();
    throw new Interrupted(`answer ${request.status}`);
}

/** Send the form's data to `url`; `onProgress` hears bytes sent and bytes in all. */
export function send(url, data, { onProgress = () => {} } = {}) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("POST", url);
        request.setRequestHeader("Accept", "application/json");
        request.upload.addEventListener("progress", (event) => {
            if (event.lengthComputable) onProgress(event.loaded, event.total);
        });
        for (const name of ["error", "abort", "timeout"]) {
            request.addEventListener(name, () => reject(new Interrupted(name)));
        }
        request.addEventListener("load", () => {
            try {
                resolve(answered(request));
            } catch (error) {
                reject(error);
            }
        });
        request.send(data);
    });
}
