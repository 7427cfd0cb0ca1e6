//! The built program, used as people use it. One binary, one module a part of the product.

mod channels;
mod documents;
mod example;
mod hostile;
mod importing;
mod publishing;
mod records;
mod setup;
mod support;
