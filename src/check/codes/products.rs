//! Google Base: the rows of this family.

use super::rules;

rules! {
    INVALID_GENDER = "invalid-gender", Error, "`{value}` is not what `{element}` can say" {
        help: "write `Male` or `Female`",
        why: "Shops drop the value.",
        wrong: "<g:gender xmlns:g=\"http://base.google.com/ns/1.0\">other</g:gender>",
        right: "<g:gender xmlns:g=\"http://base.google.com/ns/1.0\">Male</g:gender>",
        clause: "Google Base",
    }
    INVALID_MARITAL_STATUS = "invalid-marital-status", Error, "`{value}` is not what `{element}` can say" {
        help: "write `single`, `married`, `divorced`, `separated`, `widowed` or `in relationship`",
        why: "Shops drop the value.",
        wrong: "<g:marital_status xmlns:g=\"http://base.google.com/ns/1.0\">yes</g:marital_status>",
        right: "<g:marital_status xmlns:g=\"http://base.google.com/ns/1.0\">single</g:marital_status>",
        clause: "Google Base",
    }
    INVALID_PAYMENT_METHOD = "invalid-payment-method", Error, "`{value}` is not what `{element}` can say" {
        help: "write `Cash`, `Check`, `Visa`, `MasterCard`, `AmericanExpress`, `Discover` or `WireTransfer`",
        why: "Shops drop the value.",
        wrong: "<g:payment_accepted xmlns:g=\"http://base.google.com/ns/1.0\">Shells</g:payment_accepted>",
        right: "<g:payment_accepted xmlns:g=\"http://base.google.com/ns/1.0\">Cash</g:payment_accepted>",
        clause: "Google Base",
    }
    INVALID_PRICE_TYPE = "invalid-price-type", Error, "`{value}` is not what `{element}` can say" {
        help: "write `negotiable` or `starting`",
        why: "Shops drop the value.",
        wrong: "<g:price_type xmlns:g=\"http://base.google.com/ns/1.0\">fixed</g:price_type>",
        right: "<g:price_type xmlns:g=\"http://base.google.com/ns/1.0\">negotiable</g:price_type>",
        clause: "Google Base",
    }
    INVALID_RATING_TYPE = "invalid-rating-type", Error, "`{value}` is not what `{element}` can say" {
        help: "write a number from 1 to 5",
        why: "Shops drop the value.",
        wrong: "<g:rating xmlns:g=\"http://base.google.com/ns/1.0\">9</g:rating>",
        right: "<g:rating xmlns:g=\"http://base.google.com/ns/1.0\">5</g:rating>",
        clause: "Google Base",
    }
    INVALID_REVIEWER_TYPE = "invalid-reviewer-type", Error, "`{value}` is not what `{element}` can say" {
        help: "write `editorial` or `user`",
        why: "Shops drop the value.",
        wrong: "<g:reviewer_type xmlns:g=\"http://base.google.com/ns/1.0\">cat</g:reviewer_type>",
        right: "<g:reviewer_type xmlns:g=\"http://base.google.com/ns/1.0\">user</g:reviewer_type>",
        clause: "Google Base",
    }
    INVALID_SALARY_TYPE = "invalid-salary-type", Error, "`{value}` is not what `{element}` can say" {
        help: "write `starting` or `negotiable`",
        why: "Shops drop the value.",
        wrong: "<g:salary_type xmlns:g=\"http://base.google.com/ns/1.0\">none</g:salary_type>",
        right: "<g:salary_type xmlns:g=\"http://base.google.com/ns/1.0\">starting</g:salary_type>",
        clause: "Google Base",
    }
    INVALID_LABEL = "invalid-label", Error, "`{value}` is not what `{element}` can say" {
        help: "write one label in each element",
        why: "Shops drop the value.",
        wrong: "<g:label xmlns:g=\"http://base.google.com/ns/1.0\">a,b</g:label>",
        right: "<g:label xmlns:g=\"http://base.google.com/ns/1.0\">a</g:label>",
        clause: "Google Base",
    }
    INVALID_LOCATION = "invalid-location", Error, "`{value}` is not what `{element}` can say" {
        help: "write town, region, country",
        why: "Shops drop the value.",
        wrong: "<g:from_location xmlns:g=\"http://base.google.com/ns/1.0\">Here</g:from_location>",
        right: "<g:from_location xmlns:g=\"http://base.google.com/ns/1.0\">Limón, Costa Rica</g:from_location>",
        clause: "Google Base",
    }
    INVALID_FULL_LOCATION = "invalid-full-location", Error, "`{value}` is not what `{element}` can say" {
        help: "write street, town, region, code, country",
        why: "Shops drop the value.",
        wrong: "<g:location xmlns:g=\"http://base.google.com/ns/1.0\">Here</g:location>",
        right: "<g:location xmlns:g=\"http://base.google.com/ns/1.0\">Street 1, Limón, Limón, 70101, Costa Rica</g:location>",
        clause: "Google Base",
    }
    INVALID_SERVICE_TYPE = "invalid-service-type", Error, "`{value}` is not what `{element}` can say" {
        help: "write `FedEx`, `UPS`, `DHL`, `Mail`, `Overnight`, `Standard` or `Other`",
        why: "Shops drop the value.",
        wrong: "<g:shipping xmlns:g=\"http://base.google.com/ns/1.0\"><g:service>Mule</g:service></g:shipping>",
        right: "<g:shipping xmlns:g=\"http://base.google.com/ns/1.0\"><g:service>Mail</g:service></g:shipping>",
        clause: "Google Base",
    }
}
