//! The shop over HTTP: the real `build()` on a temporary database, with a clock that only moves when told, and the
//! payment look-alike. Requests go through a real socket, as a browser's do.

mod frame;
mod test_shop;
