#include <zlib.h>

/// inflateInit2, which is a macro: for a deflate stream without a head, as zip files have them.
static inline int czlib_inflate_raw(z_stream *stream) {
    return inflateInit2(stream, -MAX_WBITS);
}
