// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState, IStorageMarket} from "../../contracts/interfaces/IStorageMarket.sol";
import {DealTerms} from "../../contracts/libraries/DealTerms.sol";
import {Stored} from "./support/Stored.sol";
import {HostileToken} from "./support/HostileToken.sol";
import {TestMarket} from "./support/TestMarket.sol";

/// @notice Deals that are opened together share a slot C as far back as one can point. Too many deals for a transaction of a real chain.
contract SharedTermsTest {
    uint256 private constant FARTHEST = 4_095;
    uint96 private constant STAKE = 1e9;

    IStorageMarket private market;

    function setUp() public {
        market = TestMarket.deploy();
        HostileToken token = HostileToken(address(market.parameters().token));
        token.mint(address(this), 2 * STAKE);
        token.approve(address(market), type(uint256).max);
        market.register(address(this), address(this), 64, STAKE, "");
        IMarketState.Payment memory allowance;
        market.stake(1, STAKE, allowance);
    }

    /// @notice This contract is the operator and signs all (ERC-1271).
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }

    function test_AFullOfferAndTheNextSmallOneShareNothing() public {
        _open(FARTHEST + 1, 1);
        assert(_toHead(4_096) == FARTHEST && _toHead(4_097) == 0);
        _checkDeals(4_096, 4_097);
    }

    function test_TheLastDealThatReachesTheFirstSharesWithIt() public {
        _open(FARTHEST, 1);
        assert(_toHead(4_096) == FARTHEST);
        _checkDeals(4_095, 4_096);
    }

    function test_AnOfferOfWhichOneDealIsTooFarHasItsOwn() public {
        _open(FARTHEST, 2);
        assert(_toHead(4_096) == 0 && _toHead(4_097) == 1);
        _checkDeals(4_096, 4_097);
    }

    function _open(uint256 first, uint256 second) private {
        IMarketState.SignedOffer[] memory offers = new IMarketState.SignedOffer[](2);
        (offers[0], offers[1]) = (_offer(0, first), _offer(1, second));
        IMarketState.Payment memory allowance;
        market.open(offers, allowance, address(0), "");
    }

    function _offer(uint256 nonce, uint256 pieces) private view returns (IMarketState.SignedOffer memory signed) {
        IMarketState.Offer memory offer = signed.offer;
        (offer.provider, offer.client, offer.nonce) = (1, address(this), nonce);
        (offer.periods, offer.maxMisses, offer.notice, offer.expiry) = (5, 2, 7, type(uint64).max);
        offer.pieces = new IMarketState.Piece[](pieces);
        for (uint256 i = 0; i < pieces; ++i) {
            (offer.pieces[i].size, offer.pieces[i].rate, offer.pieces[i].slashFactor) = (1, 1, 64);
        }
    }

    function _toHead(uint32 deal) private view returns (uint256) {
        DealTerms terms = Stored.terms(market, deal);
        return terms.toHead();
    }

    function _checkDeals(uint32 one, uint32 other) private view {
        for (uint32 id = one; id <= other; ++id) {
            IMarketState.Deal memory deal = market.dealOf(id);
            assert(deal.client == address(this) && deal.maxMisses == 2 && deal.notice == 7);
        }
    }
}
