//! Azure Blob Storage, by the scenarios of S3 with Azurite in place of the server.

use super::*;

/// A line a scenario.
macro_rules! with_azurite {
    ($($name:ident)+) => {
        $(#[test]
        fn $name() {
            Kind::Azure.through(signed::$name);
        })+
    };
}

with_azurite! {
    the_same_bytes_stand_in_a_store_and_in_a_folder
    what_an_object_is_served_with_is_stored
    what_was_put_is_known_again_and_not_fetched
    conditions_are_tried_and_others_are_not_overwritten
    a_wrong_key_is_refused_at_once
    a_server_serves_what_stands_there
}
