//! Google Base: the `g:` elements of an item, as a table, and the values that only they have.

use super::super::class::{Child, Class};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::number;
use super::super::walk::{NodeId, On, Walk};
use super::common::*;

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

/// The elements of a product, an offer, a job, a review.
pub(in crate::check) static PRODUCT: &[Child] = &[
    row("g_actor", &[&PLAIN, &ONCE]),
    row("g_age", &[&NON_NEGATIVE, &ONCE]),
    row("g_agent", &[&PLAIN, &ONCE]),
    row("g_apparel_type", &[&PLAIN, &ONCE]),
    row("g_area", &[&PLAIN, &ONCE]),
    row("g_artist", &[&PLAIN, &ONCE]),
    row("g_author", &[&PLAIN, &ONCE]),
    row("g_bathrooms", &[&NON_NEGATIVE, &ONCE]),
    row("g_bedrooms", &[&NON_NEGATIVE, &ONCE]),
    row("g_brand", &[&PLAIN, &ONCE]),
    row("g_calories", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_cholesterol", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_color", &[&PLAIN, &ONCE]),
    row("g_condition", &[&PLAIN, &ONCE]),
    row("g_cooking_time", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_course", &[&PLAIN, &ONCE]),
    row("g_course_date_range", &[&DATE_RANGE, &ONCE]),
    row("g_course_number", &[&PLAIN, &ONCE]),
    row("g_course_times", &[&PLAIN, &ONCE]),
    row("g_cuisine", &[&PLAIN, &ONCE]),
    row("g_currency", &[&CURRENCY, &ONCE]),
    row("g_delivery_notes", &[&PLAIN, &ONCE]),
    row("g_delivery_radius", &[&FLOAT_UNIT, &ONCE]),
    row("g_education", &[&PLAIN, &ONCE]),
    row("g_employer", &[&PLAIN, &ONCE]),
    row("g_ethnicity", &[&PLAIN, &ONCE]),
    row("g_event_date_range", &[&DATE_RANGE, &ONCE]),
    row("g_expiration_date", &[&DAY, &ONCE]),
    row("g_expiration_date_time", &[&ISO8601, &ONCE]),
    row("g_fiber", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_format", &[&PLAIN, &ONCE]),
    row("g_from_location", &[&LOCATION, &ONCE]),
    row("g_gender", &[&GENDER, &ONCE]),
    row("g_hoa_dues", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_id", &[&PLAIN, &ONCE]),
    row("g_image_link", &[&FULL_URI, &UP_TO_TEN]),
    row("g_immigration_status", &[&PLAIN, &ONCE]),
    row("g_interested_in", &[&PLAIN, &ONCE]),
    row("g_isbn", &[&PLAIN, &ONCE]),
    row("g_job_function", &[&PLAIN, &ONCE]),
    row("g_job_industry", &[&PLAIN, &ONCE]),
    row("g_job_type", &[&PLAIN, &ONCE]),
    row("g_label", &[&LABEL, &UP_TO_TEN]),
    row("g_listing_type", &[&TRUE_FALSE, &ONCE]),
    row("g_location", &[&FULL_LOCATION, &ONCE]),
    row("g_main_ingredient", &[&PLAIN, &ONCE]),
    row("g_make", &[&PLAIN, &ONCE]),
    row("g_manufacturer", &[&PLAIN, &ONCE]),
    row("g_manufacturer_id", &[&PLAIN, &ONCE]),
    row("g_marital_status", &[&MARITAL_STATUS, &ONCE]),
    row("g_meal_type", &[&PLAIN, &ONCE]),
    row("g_megapixels", &[&FLOAT_UNIT, &ONCE]),
    row("g_memory", &[&FLOAT_UNIT, &ONCE]),
    row("g_mileage", &[&INTEGER_UNIT, &ONCE]),
    row("g_model", &[&PLAIN, &ONCE]),
    row("g_model_number", &[&PLAIN, &ONCE]),
    row("g_name_of_item_being_reviewed", &[&PLAIN, &ONCE]),
    row("g_news_source", &[&PLAIN, &ONCE]),
    row("g_occupation", &[&PLAIN, &ONCE]),
    row("g_pages", &[&POSITIVE, &NONBLANK, &ONCE]),
    row("g_payment_accepted", &[&PAYMENT]),
    row("g_payment_notes", &[&PLAIN, &ONCE]),
    row("g_pickup", &[&TRUE_FALSE, &ONCE]),
    row("g_preparation_time", &[&FLOAT_UNIT, &ONCE]),
    row("g_price", &[&FLOAT_UNIT, &ONCE]),
    row("g_price_type", &[&PRICE_TYPE, &ONCE]),
    row("g_processor_speed", &[&FLOAT_UNIT, &ONCE]),
    row("g_product_type", &[&PLAIN, &ONCE]),
    row("g_property_type", &[&PLAIN, &ONCE]),
    row("g_protein", &[&FLOAT_UNIT, &ONCE]),
    row("g_publication_name", &[&PLAIN, &ONCE]),
    row("g_publication_volume", &[&PLAIN, &ONCE]),
    row("g_publish_date", &[&DAY, &ONCE]),
    row("g_quantity", &[&NON_NEGATIVE, &NONBLANK, &ONCE]),
    row("g_rating", &[&RATING, &ONCE]),
    row("g_review_type", &[&PLAIN, &ONCE]),
    row("g_reviewer_type", &[&REVIEWER, &ONCE]),
    row("g_salary", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_salary_type", &[&SALARY_TYPE, &ONCE]),
    row("g_saturated_fat", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_school_district", &[&PLAIN, &ONCE]),
    row("g_service_type", &[&PLAIN, &ONCE]),
    row("g_servings", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_sexual_orientation", &[&PLAIN, &ONCE]),
    row("g_shipping", &[&SHIPPING, &ONCE]),
    row("g_size", &[&PLAIN, &ONCE]),
    row("g_sodium", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_subject", &[&PLAIN, &ONCE]),
    row("g_subject_area", &[&PLAIN, &ONCE]),
    row("g_tax_percent", &[&PERCENT, &ONCE]),
    row("g_tax_region", &[&PLAIN, &ONCE]),
    row("g_to_location", &[&LOCATION, &ONCE]),
    row("g_total_carbs", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_total_fat", &[&FLOAT_AND_MORE, &ONCE]),
    row("g_travel_date_range", &[&DATE_RANGE, &ONCE]),
    row("g_university", &[&PLAIN, &ONCE]),
    row("g_upc", &[&PLAIN, &ONCE]),
    row("g_url_of_item_being_reviewed", &[&FULL_URI, &ONCE]),
    row("g_vehicle_type", &[&PLAIN, &ONCE]),
    row("g_vin", &[&PLAIN, &ONCE]),
    row("g_weight", &[&FLOAT_UNIT, &ONCE]),
    row("g_year", &[&YEAR, &ONCE]),
];

static SHIPPING: Class = Class { attrs: super::super::class::Attributes::ParseType, ..Class::container(&[SHIPPING_PARTS]) };
static SHIPPING_PARTS: &[Child] =
    &[row("g_country", &[&COUNTRY, &ONCE]), row("g_price", &[&FLOAT_UNIT, &ONCE]), row("g_service", &[&SERVICE, &ONCE])];
static DATE_RANGE: Class = Class { attrs: super::super::class::Attributes::ParseType, ..Class::container(&[RANGE_PARTS]) };
static RANGE_PARTS: &[Child] = &[row("g_end", &[&ISO8601, &ONCE]), row("g_start", &[&ISO8601, &ONCE])];

macro_rules! choices {
    ($($name:ident = $rule:ident, [$($word:literal),*];)*) => {
        $(static $name: Class = Class::value(|walk, id, value| one_of(walk, On::Node(id), value, &[$($word),*], &c::$rule));)*
    };
}

choices! {
    GENDER = INVALID_GENDER, ["Male", "M", "Female", "F"];
    MARITAL_STATUS = INVALID_MARITAL_STATUS, ["single", "divorced", "separated", "widowed", "married", "in relationship"];
    PAYMENT = INVALID_PAYMENT_METHOD, ["Cash", "Check", "Visa", "MasterCard", "AmericanExpress", "Discover", "WireTransfer"];
    PRICE_TYPE = INVALID_PRICE_TYPE, ["negotiable", "starting"];
    RATING = INVALID_RATING_TYPE, ["1", "2", "3", "4", "5"];
    REVIEWER = INVALID_REVIEWER_TYPE, ["editorial", "user"];
    SALARY_TYPE = INVALID_SALARY_TYPE, ["starting", "negotiable"];
    SERVICE = INVALID_SERVICE_TYPE, ["FedEx", "UPS", "DHL", "Mail", "Other", "Overnight", "Standard"];
}

fn say_unless(fits: bool, walk: &mut Walk<'_>, id: NodeId, rule: &'static c::Rule, value: &str) {
    if !fits {
        walk.say(On::Node(id), rule, Detail::value(value));
    }
}

static LABEL: Class = Class::value(|walk, id, value| say_unless(!value.contains(','), walk, id, &c::INVALID_LABEL, value));
static LOCATION: Class =
    Class::value(|walk, id, value| say_unless(matches!(value.split(',').count(), 2 | 3), walk, id, &c::INVALID_LOCATION, value));
static FULL_LOCATION: Class = Class::value(|walk, id, value| {
    let fits = value.split(',').count() == 5 && value.split(',').all(|part| !part.trim().is_empty());
    say_unless(fits, walk, id, &c::INVALID_FULL_LOCATION, value);
});
static YEAR: Class = Class::value(|walk, id, value| {
    let last = walk.options.now.map_or(9999, |now| i128::from(chrono::Datelike::year(&now)) + 4);
    say_unless(number::whole(value).is_some_and(|year| (1900..=last).contains(&year)), walk, id, &c::INVALID_YEAR, value);
});
static UP_TO_TEN: Class = Class {
    prose: true,
    open: Some(|walk, id| {
        let parent = walk.parent(id);
        if walk.count_children(parent, &walk.node(id).name) == 10 {
            walk.say(On::Node(id), &c::TOO_MANY, Detail::default());
        }
    }),
    ..Class::container(&[])
};
