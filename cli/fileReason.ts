/** Why a file could not be read, or a folder not be written to. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EEXIST: "there is a file of that name",
  EISDIR: "it is a folder",
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is a file",
  EPERM: "not permitted",
  EROFS: "the disk is read-only",
};

/** The reason, or the system's code if there are no words for it. */
export function fileReason(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);
  return REASONS[code] ?? code;
}
